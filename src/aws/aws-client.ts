import { field } from '../model/json.ts';
import type { ClientAdapter } from '../sdk/client.ts';
import type { AwsClient } from './aws-calls.ts';

/** AWS's client for Bedrock. All that its calls need is loaded with the first of them. */
export const awsAdapter: ClientAdapter = {
  home: 'bedrock',
  methods: ['send'],
  accepts: (client) =>
    field(field(client, 'config'), 'serviceId') === 'Bedrock Runtime' &&
    'middlewareStack' in client,
  /** Each call says where it goes. */
  destination: () => ({ sdk: 'converse', baseURL: '', azure: false }),
  wrap(given, { options }) {
    // `accepts` has found it to be one.
    const client = given as AwsClient;
    const send = async (...sent: unknown[]): Promise<unknown> => {
      const code = await options.limiter.loaded(() => import('./aws-calls.ts'));
      return code.sendLimited(limited, options, sent);
    };
    const limited: AwsClient = Object.assign(Object.create(Object.getPrototypeOf(client)), client, {
      // Those that the client has kept know nothing of our hooks.
      handlers: undefined,
      middlewareStack: client.middlewareStack.clone(),
      send: Object.assign(send, { of: client }),
    });
    return limited;
  },
};
