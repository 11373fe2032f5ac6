"""Exchange in, Inference out. Pure: no clock, no disk, no network; arbitrary bytes never raise."""
