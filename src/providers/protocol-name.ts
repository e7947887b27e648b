/** How a call is worded: whose paths, bodies and usage it has, whoever serves it. */
export type Protocol = 'openai' | 'anthropic' | 'gemini' | 'cohere' | 'converse' | 'gateway';
