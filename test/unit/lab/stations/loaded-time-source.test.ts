import { describe, expect, test } from 'vitest';
import type { Output } from '../../../../src/core/io.js';
import { defaultProfile } from '../../../../src/core/profile/default.js';
import { clockIdentityFromMac } from '../../../../src/core/time/identity.js';
import { durationNs } from '../../../../src/core/time/instant.js';
import { decode } from '../../../../src/core/wire/message.js';
import { LoadedTimeSource } from '../../../../src/lab/stations/loaded-time-source.js';

const sync: Output = {
  kind: 'sendEvent',
  port: 0,
  message: new Uint8Array(44),
  destination: { kind: 'multicast' },
  context: 1,
};
const timer: Output = { kind: 'setTimer', timer: 'a', after: durationNs(1) };

/** What comes out when the clock inside answers with `outputs`. */
function step(outputs: readonly Output[], random = 0.5, maxBurstMessages = 8): readonly Output[] {
  const source = new LoadedTimeSource(
    { step: () => outputs },
    {
      port: 0,
      portIdentity: { clockIdentity: clockIdentityFromMac('02:00:00:00:01:00'), portNumber: 1 },
      domainNumber: 1,
      sdoId: 0,
      profile: defaultProfile,
      maxBurstMessages,
      random: () => random,
    },
  );
  return source.step({ kind: 'timer', timer: 'a' });
}

describe('the load', () => {
  test('goes before a Sync, which stays as it is', () => {
    const outputs = step([sync, timer]);
    expect(outputs.slice(-2)).toEqual([sync, timer]);
    expect(outputs.slice(0, -2).map(({ kind }) => kind)).toEqual(Array(4).fill('sendGeneral'));
  });

  test('stays away where there is no Sync', () => {
    expect(step([timer])).toEqual([timer]);
  });

  test.each([
    [0, 0],
    [0.9999, 8],
  ])('has no more messages than it may: random %d gives %d', (random, count) => {
    expect(step([sync], random)).toHaveLength(count + 1);
  });

  test('is Management of its own domain, each with the next sequenceId', () => {
    const messages = step([sync])
      .slice(0, -1)
      .map((output) => {
        const result = decode('message' in output ? output.message : new Uint8Array());
        if (!result.ok) throw new Error(result.reason);
        return result.message;
      });
    expect(messages.map(({ messageType }) => messageType)).toEqual(Array(4).fill('Management'));
    expect(messages.map(({ header }) => header.domainNumber)).toEqual([1, 1, 1, 1]);
    expect(messages.map(({ header }) => header.sequenceId)).toEqual([0, 1, 2, 3]);
  });
});
