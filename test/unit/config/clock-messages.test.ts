/** minorVersionPTP, encapsulation and clockIdentity: what the file says, what becomes of it, and what is refused. */
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { profileOf } from '../../../src/config/profiles.js';
import { complaints, fileWith } from './config-files.js';

function instanceOf(keys: string, type = 'bc') {
  const file = fileWith(`ports: [a, b]\ninstances:\n  - type: ${type}\n    ${keys}\n`);
  const [instance] = loadConfig(file).instances;
  if (instance === undefined) throw new Error('no instance');
  return instance;
}

const refusalOf = (text: string) => complaints(text).join('\n');

describe('what messages are like', () => {
  test('is the profile’s unless set', () => {
    const { header, encapsulation } = profileOf(instanceOf('domain: 0'));
    expect(header.minorVersionPTP).toBe(1);
    expect(header.controlFieldOf('Delay_Resp', 1)).toBe(0);
    expect(encapsulation).toEqual({
      groups: {
        l2: { primary: '01:1b:19:00:00:00', peerDelay: '01:80:c2:00:00:0e' },
        udp4: { primary: '224.0.1.129', peerDelay: '224.0.0.107' },
        udp6: { primary: 'ff0e::181', peerDelay: 'ff02::6b' },
      },
      timeToLive: { multicast: 1, unicast: 64 },
      dscp: { event: 46, general: 0 },
      vlanPriority: 7,
    });
  });

  test.each([
    ['ipv6Scope: link', { groups: { udp6: { primary: 'ff02::181', peerDelay: 'ff02::6b' } } }],
    ['ipv6Scope: 0x05', { groups: { udp6: { primary: 'ff05::181' } } }],
    ['ipv6Scope: Organization', { groups: { udp6: { primary: 'ff08::181' } } }],
    [
      "l2Destination: '01:80:C2:00:00:0E'",
      { groups: { l2: { primary: '01:80:c2:00:00:0e' }, udp4: { primary: '224.0.1.129' } } },
    ],
    ['eventDscp: 48, generalDscp: 34', { dscp: { event: 48, general: 34 } }],
    ['eventDscp: 0', { dscp: { event: 0, general: 0 } }],
    [
      'multicastTimeToLive: 16, unicastTimeToLive: 1',
      { timeToLive: { multicast: 16, unicast: 1 } },
    ],
    ['vlanPriority: 4', { vlanPriority: 4 }],
  ])('encapsulation: {%s}', (keys, expected) => {
    const instance = instanceOf(`encapsulation: {${keys}}`);
    expect(profileOf(instance).encapsulation).toMatchObject(expected);
  });

  test('minorVersionPTP: 0 is 1588-2008, with its numbers in controlField', () => {
    const { header } = profileOf(instanceOf('minorVersionPTP: 0', 'p2p-tc'));
    expect(header.minorVersionPTP).toBe(0);
    const types = ['Sync', 'Delay_Req', 'Follow_Up', 'Delay_Resp', 'Management', 'Announce'];
    expect(types.map((type) => header.controlFieldOf(type as 'Sync', 0))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  test('clockIdentity, of the box and of one clock, in the forms that others write', () => {
    const text =
      "ports: [a, b]\nclockIdentity: '02:00:00:FF:FE:00:00:01'\n" +
      "instances: [{type: bc, clockIdentity: '020000.fffe.000002'}]";
    expect(loadConfig(fileWith(text))).toMatchObject({
      clockIdentity: '020000.fffe.000001',
      instances: [{ clockIdentity: '020000.fffe.000002' }],
    });
  });
});

describe('refused, with the remedy', () => {
  const bc = (keys: string) => `ports: [a, b]\ninstances:\n  - type: bc\n    ${keys}`;

  test.each([
    [
      'minorVersionPTP: 2',
      'instances[0].minorVersionPTP: 2 does not fit here; write a whole number from 0 to 1',
    ],
    [
      'encapsulation: {eventDscp: 184}',
      'instances[0].encapsulation.eventDscp: 184 does not fit here; write a whole number from 0 to 63',
    ],
    [
      'encapsulation: {multicastTimeToLive: 0}',
      'instances[0].encapsulation.multicastTimeToLive: 0 does not fit here; write a whole number from 1 to 255',
    ],
    [
      'encapsulation: {vlanPriority: 8}',
      'instances[0].encapsulation.vlanPriority: 8 does not fit here; write a whole number from 0 to 7',
    ],
    [
      'encapsulation: {ipv6Scope: world}',
      'instances[0].encapsulation.ipv6Scope: "world" does not fit here; write one of link, admin, site, organization, global',
    ],
    [
      "encapsulation: {l2Destination: '00:1b:19:00:00:00'}",
      `instances[0].encapsulation.l2Destination: "00:1b:19:00:00:00" does not fit here; write the MAC address of a group, as in '01:1b:19:00:00:00' or '01:80:c2:00:00:0e'`,
    ],
    [
      'clockAccuracy: 0x40',
      'instances[0].clockAccuracy: 64 does not fit here; write a number of table 5, 0x17 to 0x31, as in 0x21 (within 100 ns), or 0xfe (unknown)',
    ],
    [
      'encapsulation: {dscp: 46}',
      'instances[0].encapsulation.dscp: unknown key; the keys here are eventDscp, generalDscp,',
    ],
    [
      "clockIdentity: 'ffffffffffffffff'",
      `instances[0].clockIdentity: "ffffffffffffffff" does not fit here; write 16 hexadecimal digits in quotes, as in '020000.fffe.000001'`,
    ],
    [
      'clockIdentity: 200000000000001',
      "instances[0].clockIdentity: 200000000000001 does not fit here; write 16 hexadecimal digits in quotes, as in '020000.fffe.000001'",
    ],
  ])('%s', (keys, expected) => {
    expect(refusalOf(bc(keys))).toContain(expected);
  });

  test('two peer-to-peer transparent clocks that differ in what they measure by', () => {
    const text =
      'ports: [a, b]\ninstances:\n  - {type: p2p-tc, domain: 0, minorVersionPTP: 0}\n  - {type: p2p-tc, domain: 1}';
    expect(refusalOf(text)).toContain(
      'instances[1]: minorVersionPTP and encapsulation are of the messages that measure a link, which all p2p-tc share; write the same for each of them',
    );
  });
});
