/** What a reload leaves alone of the running instances, and what it refuses. */
import { expect, test } from 'vitest';
import type { Config, InstanceConfig } from '../../../../src/config/config.js';
import { reloadPlan } from '../../../../src/daemon/reload/reload-plan.js';
import {
  managementAnswersOf,
  managementRequestFrom,
  type ManagementAnswer,
} from '../../../../src/daemon/status/management.js';
import { answer, open, peerToPeer, requests, second, setup } from './running-instances.js';

/** The file is another one from now on. */
function reload({ clock, config }: Pick<ReturnType<typeof setup>, 'clock' | 'config'>) {
  let running: Config = config;
  return (instances: readonly InstanceConfig[]): void => {
    const plan = reloadPlan(running, { ...config, instances });
    clock.reload(plan);
    running = plan.config;
  };
}

test('more rules than the engine has are refused, and what runs goes on', () => {
  const running = setup();
  const { dataPlane } = running;
  const apply = reload(running);
  const before = dataPlane.programmed.length;
  const many = Array.from({ length: 257 }, (_, index) => ({
    ...peerToPeer,
    domain: index % 256,
    sdoId: index,
  }));
  expect(() => apply(many)).toThrow(/^instances: 257 rules, .* more than 256; leave out instances/);
  expect(dataPlane.programmed).toHaveLength(before);
  apply([peerToPeer, { type: 'e2e-tc', domain: 3 }]);
  expect(dataPlane.programmed.at(-1)?.rules).toHaveLength(2);
});

test('a transparent clock goes on with what it was called, at another interval', () => {
  const running = setup();
  const ask = (json: object): ManagementAnswer[] => {
    const request = managementRequestFrom({ domain: 0, ...json });
    return managementAnswersOf(request.request.id, running.clock.manage(request));
  };
  const userDescription = 'rack 3';
  ask({ action: 'SET', id: 'USER_DESCRIPTION', data: { userDescription } });
  reload(running)([{ ...peerToPeer, logMinPdelayReqInterval: -2 }]);
  expect(ask({ action: 'GET', id: 'USER_DESCRIPTION' })).toEqual([{ data: { userDescription } }]);
  const id = 'LOG_MIN_PDELAY_REQ_INTERVAL';
  expect(ask({ action: 'GET', id, portNumber: 1 })).toMatchObject([
    { data: { logMinPdelayReqInterval: -2 } },
  ]);
});

test('links that stay are asked at a shorter interval at once', () => {
  const running = setup([{ ...peerToPeer, logMinPdelayReqInterval: 7 }]);
  const { dataPlane, time } = running;
  reload(running)([peerToPeer]);
  dataPlane.submitted.length = 0;
  time.advance(second);
  expect(requests(dataPlane)).toHaveLength(6);
});

test.each([
  ['another domain', [9, 8]],
  ['removed', [8]],
  ['the second', [8, 7]],
])('the links of all stay measured when the first peer-to-peer clock is %s', (_, domains) => {
  const inDomain = (domain: number): InstanceConfig => ({ ...peerToPeer, domain });
  const running = setup([inDomain(7), inDomain(8)]);
  const { dataPlane, time, clock } = running;
  for (const request of requests(dataPlane)) answer(dataPlane, request);
  time.advance(0.01 * second);
  const measured = dataPlane.programmed.at(-1)?.linkDelays;
  expect(measured).toHaveLength(6);
  reload(running)(domains.map(inDomain));
  dataPlane.submitted.length = 0;
  time.advance(second);
  for (const { linkDelays } of dataPlane.programmed.slice(-2)) expect(linkDelays).toEqual(measured);
  expect(clock.peerDelay(0)?.links.map(({ state }) => state)).toEqual(Array(3).fill('measured'));
  const asked = dataPlane.submitted.map(open).map(({ message }) => message.header.domainNumber);
  expect(asked).toHaveLength(6);
  for (const domain of asked) expect(domains).toContain(domain);
});
