/** A plot of magnitudes over time, by decades, as an SVG: what the documents show of a simulation. */

export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [second: number, magnitude: number])[];
}

const size = { width: 760, height: 320, left: 64, right: 12, top: 24, bottom: 36 } as const;

export function logPlot(
  title: string,
  curves: readonly Curve[],
  { seconds, decades }: { readonly seconds: number; readonly decades: readonly [number, number] },
): string {
  const [low, high] = decades;
  const x = (second: number) =>
    size.left + (second / seconds) * (size.width - size.left - size.right);
  const y = (magnitude: number) => {
    const decade = Math.min(high, Math.max(low, Math.log10(Math.max(magnitude, 1e-9))));
    const share = (decade - low) / (high - low);
    return size.height - size.bottom - share * (size.height - size.top - size.bottom);
  };
  const text = (at: readonly [number, number], anchor: string, content: string, colour = '#444') =>
    `<text x="${at[0].toFixed(0)}" y="${at[1].toFixed(0)}" text-anchor="${anchor}" fill="${colour}">${content}</text>`;
  const grid = Array.from({ length: high - low + 1 }, (_, index) => {
    const height = y(10 ** (low + index));
    return [
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${height}" y2="${height}" stroke="#ddd"/>`,
      text([size.left - 6, height + 4], 'end', label(10 ** (low + index))),
    ].join('');
  });
  const ticks = Array.from({ length: 11 }, (_, index) => {
    const second = (index * seconds) / 10;
    return text([x(second), size.height - size.bottom + 16], 'middle', `${second} s`);
  });
  const lines = curves.map(({ name, colour, points }, index) => {
    const path = points.map(([second, value]) => `${x(second).toFixed(1)},${y(value).toFixed(1)}`);
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path.join(' ')}"/>`,
      text([size.width - size.right - 4, size.top + 14 + 16 * index], 'end', name, colour),
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text([size.left, 15], 'start', title),
    ...grid,
    ...ticks,
    ...lines,
    '</svg>\n',
  ].join('\n');
}

function label(ns: number): string {
  if (ns >= 1e6) return `${ns / 1e6} ms`;
  return ns >= 1e3 ? `${ns / 1e3} us` : `${ns} ns`;
}
