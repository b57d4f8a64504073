"""Administration: what administrators do, whoever asks for it and however."""
