"""What the actions know, without Rasa: an HSDS directory, places and opening hours in it, cities."""
