"""Exchange in, Inference out. Pure: no clock, no disk, no network; arbitrary bytes never raise.

`body` makes events of bytes, and a module of `formats` reads them, with what dialects share about counts (`usage`) and
about what was said (`words`); `decoder` walks it all.
"""
