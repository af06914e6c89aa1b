"""The gates: what `make validate` checks beyond Rasa's own validator, and the report on the development set."""
