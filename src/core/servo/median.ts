/** The median of numbers in linear time (Hoare's selection): windows are looked at anew with every reading. */

/** Of an even number of values the middle between the two in the middle; 0 of none. Changes the order of `values`. */
export function medianOf(values: number[]): number {
  if (values.length === 0) return 0;
  const middle = Math.floor(values.length / 2);
  const upper = select(values, middle);
  if (values.length % 2 === 1) return upper;
  // Selection leaves what is not greater before it.
  let lower = values[0] ?? upper;
  for (let index = 1; index < middle; index++) lower = Math.max(lower, values[index] ?? lower);
  return (lower + upper) / 2;
}

/** The value that sorting would put at `rank`, and puts it there: nothing greater before it, nothing less behind. */
function select(values: number[], rank: number): number {
  let first = 0;
  let last = values.length - 1;
  while (first < last) {
    const pivot = values[(first + last) >> 1] ?? 0;
    let low = first;
    let high = last;
    while (low <= high) {
      while ((values[low] ?? pivot) < pivot) low++;
      while ((values[high] ?? pivot) > pivot) high--;
      if (low > high) break;
      const swapped = values[low] ?? 0;
      values[low++] = values[high] ?? 0;
      values[high--] = swapped;
    }
    if (rank <= high) last = high;
    else if (rank >= low) first = low;
    else break;
  }
  return values[rank] ?? 0;
}
