import { expect, test } from 'vitest';
import { functionDefinitions } from '../../src/estimate/function-definitions.ts';

test('functions are written as a TypeScript namespace', () => {
  const weather = {
    name: 'get_weather',
    description: 'The weather in a place',
    parameters: {
      type: 'object',
      required: ['place'],
      properties: {
        place: { type: 'string', description: 'City and country' },
        unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        days: { type: 'array', items: { type: 'integer' } },
        at: {
          type: 'object',
          properties: { hour: { type: 'number', description: 'Not shown' } },
        },
        either: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
        anything: {},
      },
    },
  };
  expect(functionDefinitions([weather, { name: 'stop' }])).toBe(`namespace functions {

// The weather in a place
type get_weather = (_: {
// City and country
place: string,
unit?: "celsius" | "fahrenheit",
days?: number[],
at?: {
  hour?: number,
},
either?: boolean | null,
anything?: any,
}) => any;

type stop = () => any;

} // namespace functions`);
});

test('a schema that contains itself comes to an end', () => {
  const loop: { type: string; properties: Record<string, unknown> } = {
    type: 'object',
    properties: {},
  };
  for (const name of 'abc') loop.properties[name] = loop;
  expect(functionDefinitions([{ name: 'f', parameters: loop }]).length).toBeLessThan(2_000_000);
});
