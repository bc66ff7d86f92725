"""Checks a trail offline: no database, no network, nothing of the console's but what is pure."""
