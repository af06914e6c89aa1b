"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with OWASP's least memory.

    Django's own 100 MiB for each attempt would let strangers at the sign-in page fill a machine that also runs the
    assistant.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
