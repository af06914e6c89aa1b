"""What the Rasa server loads: language pipeline, dialogue decision, answers, storage, privacy."""
