"""The history of assessments, in any database that SQLAlchemy knows."""
