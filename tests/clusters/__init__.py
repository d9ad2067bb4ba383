"""Clusters held as data: their views are tables of the embedded kernel, with the true columns of each version."""
