// Says whether a version of Node is one that the project is tried on: what `engines` of package.json lists.

/**
 * @param {string} version as in process.version: v20.19.0
 * @param {string} engines caret ranges, lowest first: ^20.19 || ^22.12 || ^24
 * @returns {'tried' | 'untried' | 'too old'} An untried version is one of a major version that is not listed, above
 *   the lowest that is: it probably works.
 */
export function nodeSupport(version, engines) {
  const [major, minor] = numbers(version);
  const minima = engines.split('||').map(numbers);
  const listed = minima.find(([listedMajor]) => listedMajor === major);
  if (listed !== undefined) return minor >= listed[1] ? 'tried' : 'too old';
  return major < minima[0][0] ? 'too old' : 'untried';
}

/**
 * One line for the user, with the remedy; nothing where there is nothing to say.
 * @returns {string | undefined}
 */
export function nodeSupportNotice(version, engines) {
  const support = nodeSupport(version, engines);
  if (support === 'tried') return undefined;
  const choice = engines.replaceAll('^', '').replaceAll(' || ', ', ');
  return support === 'too old'
    ? `Node.js ${version} is too old: install one of the versions ${choice} (or newer within them)`
    : `Node.js ${version} is not among the versions that ptp-switch is tried on; if anything fails, take one of ${choice}`;
}

function numbers(text) {
  const [, major, minor = '0'] = /(\d+)(?:\.(\d+))?/.exec(text);
  return [Number(major), Number(minor)];
}
