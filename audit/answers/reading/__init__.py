"""What answers are made of: events, states, money and names as they stood at a moment, read for one viewer."""
