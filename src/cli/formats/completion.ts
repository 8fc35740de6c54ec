/** The scripts that complete `ptp-switch` in a shell: they ask the program itself, so they know every command and option. */

export const completionShells = ['bash', 'zsh'] as const;
export type CompletionShell = (typeof completionShells)[number];

/** In each script, by which a file is recognised as one that may be replaced and removed. */
export const completionMarker = '# Written by ptp-switch completion';

/** Of a bash that is 4 or later. Where nothing is proposed, files are. */
const bash = `${completionMarker}: for bash.
_ptp_switch() {
  local proposals
  proposals="$("\${COMP_WORDS[0]}" --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)"
  mapfile -t COMPREPLY < <(compgen -W "$proposals" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _ptp_switch ptp-switch
`;

const zsh = `#compdef ptp-switch
${completionMarker}: for zsh.
_ptp_switch() {
  local -a proposals
  proposals=("\${(@f)$("\${words[1]}" --get-yargs-completions "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${proposals[1]}" ]]; then
    compadd -a proposals
  else
    _files
  fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then
  _ptp_switch "$@"
else
  compdef _ptp_switch ptp-switch
fi
`;

export function completionText(shell: CompletionShell): string {
  return { bash, zsh }[shell];
}
