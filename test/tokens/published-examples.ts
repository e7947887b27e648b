/**
 * Requests whose number of input tokens has been published.
 *
 * - `cookbook`: counted by the API. https://github.com/openai/openai-cookbook (MIT),
 *   How_to_count_tokens_with_tiktoken.ipynb at c81359cdc6744f001e40c08a192604c5113fdab3.
 * - `hmarr`: validated against gpt-3.5-turbo by their author. https://github.com/hmarr/openai-chat-tokens
 *   (MIT), tests/token-counts.test.ts at b8e3b11.
 * - `gpt-tokenizer`: the same for o200k_base, computed by gpt-tokenizer 4.0.0 (MIT),
 *   src/fixtures/functionCallingTestCases.ts.
 * - `forum`: the usage of a real response. https://community.openai.com/t/935514 (2024-09-10).
 */
export interface PublishedExample {
  readonly id: string;
  readonly models: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly tokens: number;
}

export const PUBLISHED_REQUESTS: readonly PublishedExample[] = [
  {
    id: 'cookbook-messages-o200k',
    models: ['gpt-4o', 'gpt-4o-mini'],
    body: {
      messages: [
        {
          role: 'system',
          content:
            'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
        },
        {
          role: 'system',
          name: 'example_user',
          content: 'New synergies will help drive top-line growth.',
        },
        {
          role: 'system',
          name: 'example_assistant',
          content: 'Things working well together will increase revenue.',
        },
        {
          role: 'system',
          name: 'example_user',
          content:
            "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
        },
        {
          role: 'system',
          name: 'example_assistant',
          content: "Let's talk later when we're less busy about how to do better.",
        },
        {
          role: 'user',
          content:
            "This late pivot means we don't have time to boil the ocean for the client deliverable.",
        },
      ],
    },
    tokens: 124,
  },
  {
    id: 'cookbook-messages-cl100k',
    models: ['gpt-4', 'gpt-4-0613', 'gpt-3.5-turbo'],
    body: {
      messages: [
        {
          role: 'system',
          content:
            'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
        },
        {
          role: 'system',
          name: 'example_user',
          content: 'New synergies will help drive top-line growth.',
        },
        {
          role: 'system',
          name: 'example_assistant',
          content: 'Things working well together will increase revenue.',
        },
        {
          role: 'system',
          name: 'example_user',
          content:
            "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
        },
        {
          role: 'system',
          name: 'example_assistant',
          content: "Let's talk later when we're less busy about how to do better.",
        },
        {
          role: 'user',
          content:
            "This late pivot means we don't have time to boil the ocean for the client deliverable.",
        },
      ],
    },
    tokens: 129,
  },
  {
    id: 'cookbook-tools-o200k',
    models: ['gpt-4o', 'gpt-4o-mini'],
    body: {
      messages: [
        {
          role: 'system',
          content: 'You are a helpful assistant that can answer to questions about the weather.',
        },
        { role: 'user', content: "What's the weather like in San Francisco?" },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_current_weather',
            description: 'Get the current weather in a given location',
            parameters: {
              type: 'object',
              properties: {
                location: {
                  type: 'string',
                  description: 'The city and state, e.g. San Francisco, CA',
                },
                unit: {
                  type: 'string',
                  description: 'The unit of temperature to return',
                  enum: ['celsius', 'fahrenheit'],
                },
              },
              required: ['location'],
            },
          },
        },
      ],
    },
    tokens: 101,
  },
  {
    id: 'cookbook-tools-cl100k',
    models: ['gpt-4', 'gpt-3.5-turbo'],
    body: {
      messages: [
        {
          role: 'system',
          content: 'You are a helpful assistant that can answer to questions about the weather.',
        },
        { role: 'user', content: "What's the weather like in San Francisco?" },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_current_weather',
            description: 'Get the current weather in a given location',
            parameters: {
              type: 'object',
              properties: {
                location: {
                  type: 'string',
                  description: 'The city and state, e.g. San Francisco, CA',
                },
                unit: {
                  type: 'string',
                  description: 'The unit of temperature to return',
                  enum: ['celsius', 'fahrenheit'],
                },
              },
              required: ['location'],
            },
          },
        },
      ],
    },
    tokens: 105,
  },
  {
    id: 'hmarr-2',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        {
          role: 'system',
          name: 'example_user',
          content: 'New synergies will help drive top-line growth.',
        },
      ],
    },
    tokens: 20,
  },
  {
    id: 'hmarr-4',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        {
          role: 'system',
          name: 'example_user',
          content:
            "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
        },
      ],
    },
    tokens: 28,
  },
  {
    id: 'hmarr-6',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        {
          role: 'user',
          content:
            "This late pivot means we don't have time to boil the ocean for the client deliverable.",
        },
      ],
    },
    tokens: 26,
  },
  {
    id: 'hmarr-8',
    models: ['gpt-3.5-turbo'],
    body: { messages: [{ role: 'user', content: 'hello world' }] },
    tokens: 9,
  },
  {
    id: 'hmarr-10',
    models: ['gpt-3.5-turbo'],
    body: { messages: [{ role: 'system', content: 'hello:' }] },
    tokens: 9,
  },
  {
    id: 'hmarr-12',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [{ name: 'foo', parameters: { type: 'object', properties: {} } }],
    },
    tokens: 31,
  },
  {
    id: 'hmarr-14',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [{ name: 'foo', parameters: { type: 'object', properties: {} } }],
      function_call: 'auto',
    },
    tokens: 31,
  },
  {
    id: 'hmarr-16',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        { name: 'foo', description: 'Do a foo', parameters: { type: 'object', properties: {} } },
      ],
    },
    tokens: 36,
  },
  {
    id: 'hmarr-18',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        {
          name: 'bing_bong',
          description: 'Do a bing bong',
          parameters: {
            type: 'object',
            properties: {
              foo: { type: 'string' },
              bar: { type: 'number', description: 'A number' },
            },
          },
        },
      ],
    },
    tokens: 57,
  },
  {
    id: 'hmarr-20',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        { role: 'user', content: 'hello world' },
        { role: 'function', name: 'do_stuff', content: '{}' },
      ],
    },
    tokens: 15,
  },
  {
    id: 'hmarr-22',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        { role: 'function', name: 'dance_the_tango', content: '{"a": { "b" : { "c": false}}}' },
      ],
    },
    tokens: 24,
  },
  {
    id: 'hmarr-24',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        {
          role: 'assistant',
          content: '',
          function_call: { name: 'do_stuff', arguments: '{"foo":"bar", "baz": 1.5}' },
        },
      ],
    },
    tokens: 25,
  },
  {
    id: 'hmarr-26',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        { role: 'system', content: 'Hello' },
        { role: 'user', content: 'Hi there' },
      ],
      functions: [
        {
          name: 'do_stuff',
          parameters: {
            type: 'object',
            properties: {
              foo: {
                anyOf: [
                  {
                    type: 'object',
                    properties: { kind: { type: 'string', const: 'a' }, baz: { type: 'boolean' } },
                  },
                ],
              },
            },
          },
        },
      ],
    },
    tokens: 52,
  },
  {
    id: 'hmarr-28',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        { role: 'system', content: 'Hello' },
        { role: 'user', content: 'Hi there' },
      ],
      functions: [
        {
          name: 'do_stuff',
          parameters: {
            type: 'object',
            properties: { foo: { anyOf: [{ type: 'string', const: 'a' }, { type: 'number' }] } },
          },
        },
      ],
    },
    tokens: 44,
  },
  {
    id: 'hmarr-30',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        { role: 'system', content: 'Hello:' },
        { role: 'user', content: 'Hi there' },
      ],
      functions: [{ name: 'do_stuff', parameters: { type: 'object', properties: {} } }],
    },
    tokens: 35,
  },
  {
    id: 'hmarr-32',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [
        { role: 'system', content: 'Hello:' },
        { role: 'system', content: 'Hello' },
        { role: 'user', content: 'Hi there' },
      ],
      functions: [
        { name: 'do_stuff', parameters: { type: 'object', properties: {} } },
        { name: 'do_other_stuff', parameters: { type: 'object', properties: {} } },
      ],
    },
    tokens: 49,
  },
  {
    id: 'hmarr-34',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        {
          name: 'get_recipe',
          parameters: {
            type: 'object',
            required: ['ingredients', 'instructions', 'time_to_cook'],
            properties: {
              ingredients: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['name', 'unit', 'amount'],
                  properties: {
                    name: { type: 'string' },
                    unit: { enum: ['grams', 'ml', 'cups', 'pieces', 'teaspoons'], type: 'string' },
                    amount: { type: 'number' },
                  },
                },
              },
              instructions: {
                type: 'array',
                items: { type: 'string' },
                description: 'Steps to prepare the recipe (no numbering)',
              },
              time_to_cook: {
                type: 'number',
                description: 'Total time to prepare the recipe in minutes',
              },
            },
          },
        },
      ],
    },
    tokens: 106,
  },
  {
    id: 'hmarr-36',
    models: ['gpt-3.5-turbo'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        {
          name: 'function',
          description: 'desctiption1',
          parameters: {
            type: 'object',
            description: 'desctiption2',
            properties: {
              mainField: { type: 'string', description: 'description3' },
              'field number one': {
                type: 'object',
                description: 'description4',
                properties: {
                  yesNoField: { type: 'string', description: 'description5', enum: ['Yes', 'No'] },
                  howIsInteresting: { type: 'string', description: 'description6' },
                  scoreInteresting: { type: 'number', description: 'description7' },
                  isInteresting: {
                    type: 'string',
                    description: 'description8',
                    enum: ['Yes', 'No'],
                  },
                },
              },
            },
          },
        },
      ],
    },
    tokens: 96,
  },
  {
    id: 'gpt-tokenizer-2',
    models: ['gpt-4o'],
    body: {
      messages: [
        {
          role: 'system',
          name: 'example_user',
          content: 'New synergies will help drive top-line growth.',
        },
      ],
    },
    tokens: 20,
  },
  {
    id: 'gpt-tokenizer-4',
    models: ['gpt-4o'],
    body: {
      messages: [
        {
          role: 'system',
          name: 'example_user',
          content:
            "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
        },
      ],
    },
    tokens: 27,
  },
  {
    id: 'gpt-tokenizer-6',
    models: ['gpt-4o'],
    body: {
      messages: [
        {
          role: 'user',
          content:
            "This late pivot means we don't have time to boil the ocean for the client deliverable.",
        },
      ],
    },
    tokens: 25,
  },
  {
    id: 'gpt-tokenizer-8',
    models: ['gpt-4o'],
    body: { messages: [{ role: 'user', content: 'hello world' }] },
    tokens: 9,
  },
  {
    id: 'gpt-tokenizer-10',
    models: ['gpt-4o'],
    body: { messages: [{ role: 'system', content: 'hello:' }] },
    tokens: 9,
  },
  {
    id: 'gpt-tokenizer-12',
    models: ['gpt-4o'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [{ name: 'foo', parameters: { type: 'object', properties: {} } }],
    },
    tokens: 31,
  },
  {
    id: 'gpt-tokenizer-14',
    models: ['gpt-4o'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [{ name: 'foo', parameters: { type: 'object', properties: {} } }],
      function_call: 'auto',
    },
    tokens: 31,
  },
  {
    id: 'gpt-tokenizer-16',
    models: ['gpt-4o'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        { name: 'foo', description: 'Do a foo', parameters: { type: 'object', properties: {} } },
      ],
    },
    tokens: 35,
  },
  {
    id: 'gpt-tokenizer-18',
    models: ['gpt-4o'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        {
          name: 'bing_bong',
          description: 'Do a bing bong',
          parameters: {
            type: 'object',
            properties: {
              foo: { type: 'string' },
              bar: { type: 'number', description: 'A number' },
            },
          },
        },
      ],
    },
    tokens: 52,
  },
  {
    id: 'gpt-tokenizer-20',
    models: ['gpt-4o'],
    body: {
      messages: [
        { role: 'user', content: 'hello world' },
        { role: 'function', name: 'do_stuff', content: '{}' },
      ],
    },
    tokens: 16,
  },
  {
    id: 'gpt-tokenizer-22',
    models: ['gpt-4o'],
    body: {
      messages: [
        { role: 'function', name: 'dance_the_tango', content: '{"a": { "b" : { "c": false}}}' },
      ],
    },
    tokens: 25,
  },
  {
    id: 'gpt-tokenizer-24',
    models: ['gpt-4o'],
    body: {
      messages: [
        {
          role: 'assistant',
          content: '',
          function_call: { name: 'do_stuff', arguments: '{"foo":"bar", "baz": 1.5}' },
        },
      ],
    },
    tokens: 26,
  },
  {
    id: 'gpt-tokenizer-26',
    models: ['gpt-4o'],
    body: {
      messages: [
        { role: 'system', content: 'Hello:' },
        { role: 'user', content: 'Hi there' },
      ],
      functions: [{ name: 'do_stuff', parameters: { type: 'object', properties: {} } }],
    },
    tokens: 36,
  },
  {
    id: 'gpt-tokenizer-28',
    models: ['gpt-4o'],
    body: {
      messages: [
        { role: 'system', content: 'Hello:' },
        { role: 'system', content: 'Hello' },
        { role: 'user', content: 'Hi there' },
      ],
      functions: [
        { name: 'do_stuff', parameters: { type: 'object', properties: {} } },
        { name: 'do_other_stuff', parameters: { type: 'object', properties: {} } },
      ],
    },
    tokens: 51,
  },
  {
    id: 'gpt-tokenizer-30',
    models: ['gpt-4o'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        {
          name: 'get_recipe',
          parameters: {
            type: 'object',
            required: ['ingredients', 'instructions', 'time_to_cook'],
            properties: {
              ingredients: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['name', 'unit', 'amount'],
                  properties: {
                    name: { type: 'string' },
                    unit: { enum: ['grams', 'ml', 'cups', 'pieces', 'teaspoons'], type: 'string' },
                    amount: { type: 'number' },
                  },
                },
              },
              instructions: {
                type: 'array',
                items: { type: 'string' },
                description: 'Steps to prepare the recipe (no numbering)',
              },
              time_to_cook: {
                type: 'number',
                description: 'Total time to prepare the recipe in minutes',
              },
            },
          },
        },
      ],
    },
    tokens: 105,
  },
  {
    id: 'gpt-tokenizer-32',
    models: ['gpt-4o'],
    body: {
      messages: [{ role: 'user', content: 'hello' }],
      functions: [
        {
          name: 'function',
          description: 'desctiption1',
          parameters: {
            type: 'object',
            description: 'desctiption2',
            properties: {
              mainField: { type: 'string', description: 'description3' },
              'field number one': {
                type: 'object',
                description: 'description4',
                properties: {
                  yesNoField: { type: 'string', description: 'description5', enum: ['Yes', 'No'] },
                  howIsInteresting: { type: 'string', description: 'description6' },
                  scoreInteresting: { type: 'number', description: 'description7' },
                  isInteresting: {
                    type: 'string',
                    description: 'description8',
                    enum: ['Yes', 'No'],
                  },
                },
              },
            },
          },
        },
      ],
    },
    tokens: 93,
  },
  {
    id: 'forum',
    models: ['gpt-4-0613'],
    body: { messages: [{ role: 'user', content: 'Say this is a test!' }] },
    tokens: 13,
  },
];

/** Texts whose tokens have been published (cookbook). */
export const PUBLISHED_TEXTS: readonly (readonly [
  encoding: 'o200k_base' | 'cl100k_base',
  text: string,
  tokens: number,
])[] = [
  ['cl100k_base', 'antidisestablishmentarianism', 6],
  ['o200k_base', 'antidisestablishmentarianism', 6],
  ['cl100k_base', '2 + 2 = 4', 7],
  ['o200k_base', '2 + 2 = 4', 7],
  ['cl100k_base', 'お誕生日おめでとう', 9],
  ['cl100k_base', 'tiktoken is great!', 6],
  ['o200k_base', 'tiktoken is great!', 6],
  ['o200k_base', 'お誕生日おめでとう', 8],
];
