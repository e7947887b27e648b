import { expect, test } from 'vitest';
import { fieldsOf } from '../../src/tokens/form-fields.ts';

test('a form is known by its tag: the global, which Node loads with all of `fetch`, is not touched', () => {
  const form = new FormData();
  form.append('model', 'gpt-image-1');
  form.append('image[]', 'a');
  form.append('image[]', 'b');
  const original = Object.getOwnPropertyDescriptor(globalThis, 'FormData')!;
  let touched = 0;
  Object.defineProperty(globalThis, 'FormData', { configurable: true, get: () => ++touched });
  try {
    expect(fieldsOf({ model: 'gpt-4o' })).toEqual({ model: 'gpt-4o' });
    expect(fieldsOf(form)).toEqual({ model: 'gpt-image-1', image: ['a', 'b'] });
  } finally {
    Object.defineProperty(globalThis, 'FormData', original);
  }
  expect(touched).toBe(0);
});
