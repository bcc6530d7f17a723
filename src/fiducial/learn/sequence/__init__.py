"""Takes what a network makes of slices and gives one score a volume: GRU or transformer over slices in their order."""
