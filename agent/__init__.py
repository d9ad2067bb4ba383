"""OceanBase health-assessment agent."""

__version__ = "0.1.0"
