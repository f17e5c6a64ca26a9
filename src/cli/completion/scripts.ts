/** What a shell is to source. `db-ferry complete` gives the answers: how to go on in its first line, then one candidate a line. */
export const scripts = {
  bash: `# Completion of db-ferry for bash, made by \`db-ferry completion bash\`.
_db_ferry() {
  local how= line value part="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  case $part in [=:]) part= ;; esac
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    if [ -z "$how" ]; then how=$value; else COMPREPLY+=("$value"); fi
  done < <("$1" complete -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  case $how in
    open) compopt -o nospace 2>/dev/null ;;
    files | folders)
      compopt -o filenames 2>/dev/null
      [ "$how" = files ] && how=-f || how=-d
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$how" -- "$part")
      ;;
  esac
}
complete -F _db_ferry db-ferry
`,
  zsh: `#compdef db-ferry
# Completion of db-ferry for zsh, made by \`db-ferry completion zsh\`.
_db_ferry() {
  local line how
  local -a answer values shown end
  answer=("\${(@f)$(db-ferry complete -- "\${(j: :)words[1,CURRENT-1]} $PREFIX" '' 2>/dev/null)}")
  how=\${answer[1]}
  for line in "\${(@)answer[2,-1]}"; do
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  [[ $how == open ]] && end=(-S '')
  (( $#values )) && compadd -l "\${(@)end}" -d shown -a values
  case $how in
    files) compset -P '*='; _files ;;
    folders) compset -P '*='; _files -/ ;;
  esac
}
if [[ $funcstack[1] == _db_ferry ]]; then _db_ferry "$@"; else compdef _db_ferry db-ferry; fi
`,
} as const;
