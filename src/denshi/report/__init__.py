"""What people read: one HTML file and one terminal screen, made from a parsed ``design.json`` and nothing else."""
