"""The demo: a faulty shop on our own kernel, assessed twice."""
