"""The gates: what `make validate` checks beyond Rasa's own validator."""
