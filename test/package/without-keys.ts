/*
 * The simulated providers of the examples take the place of real ones only where there is no key. The
 * programs find theirs again: the providers set it.
 */
delete process.env.OPENAI_API_KEY;
delete process.env.ANTHROPIC_API_KEY;
