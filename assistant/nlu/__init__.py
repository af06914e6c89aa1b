"""From what a person typed to topic, language, entities and danger: plain functions, and Rasa components over them."""
