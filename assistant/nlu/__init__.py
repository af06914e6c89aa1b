"""From what a person typed to topic, language, entities and danger. Plain functions; Rasa sees them in components.py."""
