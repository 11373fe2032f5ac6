"""Laws are tried without a deadline, here and in every test that is run beside these: a slow machine breaks none."""

from hypothesis import settings

settings.register_profile("llmtap", deadline=None)
settings.load_profile("llmtap")
