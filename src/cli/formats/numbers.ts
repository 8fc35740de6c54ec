/** Numbers as people read them. */

/** "1,234,567" */
export function thousands(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** "16.0", "0.25", "12,345"; nothing for nothing. */
export function perSecond(rate: number): string {
  if (rate === 0) return '0';
  if (rate >= 999.5) return thousands(Math.round(rate));
  return rate.toFixed(rate >= 99.95 ? 0 : rate >= 0.995 ? 1 : 2);
}

/** Three significant digits with the unit that fits: "850 ns", "12.3 us", "1.20 ms". */
export function formatNs(ns: number | null): string {
  if (ns === null) return '-';
  const units = ['ns', 'us', 'ms', 's'];
  let value = ns;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
