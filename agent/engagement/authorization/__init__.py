"""The customer's signed permission: asked for, verified, and held to before anything is connected."""
