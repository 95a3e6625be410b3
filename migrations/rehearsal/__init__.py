"""The whole migration on a scratch database: there, refused where it must be, compared, and back."""
