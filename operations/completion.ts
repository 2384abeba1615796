/** What can be written after a command's name. */
export interface Node {
  readonly name: string;
  readonly options: readonly string[];
  /** One of its arguments is a system. */
  readonly takesSystem: boolean;
  readonly commands: readonly Node[];
}

interface Where {
  /** What runs where no `stackbook` is on the PATH. */
  readonly program: string;
  readonly systems: readonly string[];
}

/**
 * A script with all words in it: nothing is started while somebody types. zsh reads bash's through a module of its own.
 */
export function completionScript(shell: "bash" | "zsh", root: Node, { program, systems }: Where): string {
  return [
    "# Completion of stackbook's commands, made by `npx stackbook completion`.",
    ...(shell === "zsh" ? ["autoload -U +X compinit && compinit", "autoload -U +X bashcompinit && bashcompinit"] : []),
    `command -v stackbook >/dev/null || alias stackbook=${quote(`node ${quote(program)}`)}`,
    "_stackbook() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" path="" at',
    "  for ((at = 1; at < COMP_CWORD; at++)); do",
    '    case "${COMP_WORDS[at]}" in',
    "      --stack) at=$((at + 1)) ;;",
    "      -*) ;;",
    '      *) path="$path ${COMP_WORDS[at]}" ;;',
    "    esac",
    "  done",
    '  local words=""',
    // The longest that fits: what stands after a command may be its argument.
    '  while :; do',
    '    case "$path" in',
    ...wordsOf(root, "", systems).map(([path, words]) => `      ${quote(path)}) words=${quote(words)}; break ;;`),
    "    esac",
    '    [ -z "$path" ] && break',
    '    path="${path% *}"',
    "  done",
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    "}",
    "complete -F _stackbook stackbook",
  ].join("\n");
}

function wordsOf(node: Node, path: string, systems: readonly string[]): (readonly [string, string])[] {
  const words = [...node.commands.map(({ name }) => name), ...(node.takesSystem ? systems : []), ...node.options].join(" ");
  return [[path, words], ...node.commands.flatMap((inner) => wordsOf(inner, `${path} ${inner.name}`, systems))];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
