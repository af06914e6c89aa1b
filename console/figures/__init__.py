"""Figures: how many asked what, counted a day, about nobody; they stay when conversations leave."""
