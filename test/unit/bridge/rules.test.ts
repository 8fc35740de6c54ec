import { describe, expect, test } from 'vitest';
import { bridgeOfRulesTable, rulesTable, rulesText } from '../../../src/bridge/rules.js';

const ruleset = { bridge: 'br-ptp', ports: ['eth1', 'eth2'], hostPtp: false };

describe('the rules that keep PTP out of a bridge', () => {
  test('are on one line, as an interactive nft reads them, and name the ports', () => {
    const text = rulesText(ruleset);
    expect(text).not.toContain('\n');
    expect(text).toContain('elements = { "eth1", "eth2" }');
    expect(text).toMatch(/^table bridge ptp-switch\.br-ptp\.rules \{.*\}$/);
  });

  test('judge what goes to and from the bridge itself unless the box speaks PTP', () => {
    expect(rulesText(ruleset)).toMatch(/hook input.*hook output/);
    const served = rulesText({ ...ruleset, hostPtp: true });
    expect(served).toContain('hook forward');
    expect(served).not.toMatch(/hook (input|output)/);
  });

  test('behind two tags find the port after every length of an IPv4 header', () => {
    // 4 octets of tag, the header, 2 of the source port.
    for (const words of [5, 15]) {
      const bits = 8 * (4 + 4 * words + 2);
      expect(rulesText(ruleset)).toContain(`@nh,36,4 ${words} @nh,${bits},16 { 319, 320 }`);
    }
  });

  test('are found by the name of their table, also where a bridge is named alike', () => {
    for (const bridge of ['br-ptp', 'a.rules', 'memory']) {
      expect(bridgeOfRulesTable(rulesTable(bridge))).toBe(bridge);
    }
    expect(bridgeOfRulesTable('ptp-switch.br-ptp.memory')).toBeUndefined();
    expect(bridgeOfRulesTable('filter')).toBeUndefined();
  });
});
