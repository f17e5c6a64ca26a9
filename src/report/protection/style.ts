/** Colours are the theme's in the editor; elsewhere the browser's own, light or dark, and the system's where it forces its own. */
export const protectionStyle = `
:root { color-scheme: light dark; --ink: var(--vscode-foreground, light-dark(#1f2328, #e6edf3)); --quiet: var(--vscode-descriptionForeground, light-dark(#57606a, #9aa4af)); --paper: var(--vscode-editor-background, light-dark(#ffffff, #0d1117));
  --line: var(--vscode-panel-border, light-dark(#d0d7de, #30363d)); --track: var(--vscode-editorWidget-border, light-dark(#d8dee4, #30363d)); --good: var(--vscode-charts-green, light-dark(#1a7f37, #3fb950)); --bad: var(--vscode-errorForeground, light-dark(#b42318, #ff7b72));
  --card: var(--vscode-editorWidget-background, light-dark(#f6f8fa, #161b22)); --link: var(--vscode-textLink-foreground, light-dark(#0a58ca, #6cb6ff)); --focus: var(--vscode-focusBorder, Highlight) }
body.vscode-dark { color-scheme: dark } body.vscode-light { color-scheme: light }
body.vscode-high-contrast, body.vscode-high-contrast-light { --line: var(--vscode-contrastBorder); --track: var(--vscode-contrastBorder); --card: var(--vscode-editor-background); --quiet: var(--vscode-foreground) }
* { box-sizing: border-box }
body { margin: 0; padding: 0; color: var(--ink); background: var(--paper); font: var(--vscode-font-size, 14px)/1.45 var(--vscode-font-family, system-ui, sans-serif) }
main { padding: 1.25rem 1.5rem 3rem; max-width: 100rem }
h1 { font-size: 1.6em; font-weight: 600; margin: 0 } h2 { font-size: 1.2em; font-weight: 600; margin: 2rem 0 .6rem }
.promise { color: var(--quiet); margin: .3rem 0 0; max-width: 60rem }
.verdict { font-size: 1.15em; font-weight: 600; margin: 1rem 0 0 } .verdict.bad, .bad-text { color: var(--bad) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1rem 0 0; padding: 0; list-style: none }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem }
.tiles b { display: block; font-size: 1.7em; font-weight: 600; line-height: 1.2 } .tiles .bad b { color: var(--bad) } 
.findings { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 6px; max-width: 60rem } .findings > li + li { border-top: 1px solid var(--line) }
.findings summary { padding: .45rem .8rem; cursor: pointer } .findings ul { margin: 0 0 .6rem; padding-left: 2.4rem; overflow-wrap: anywhere } .findings .count { display: inline-block; min-width: 2.2em; font-variant-numeric: tabular-nums; font-weight: 600 }
.findings .missed .count { color: var(--bad) } .kind { color: var(--quiet) }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px }
.grid { display: block; min-width: 88rem; text-align: left } .grid > thead, .grid > tbody { display: block }
.grid > * > tr { display: grid; grid-template-columns: minmax(16rem, 1fr) 9.5rem 9.5rem 9.5rem 8.5rem 34rem; gap: 0 1rem; align-items: start; padding: .5rem .8rem; border-top: 1px solid var(--line) }
.grid > thead > tr { border-top: 0; align-items: end; background: var(--card) } .grid > tbody > tr { content-visibility: auto; contain-intrinsic-block-size: auto 5.1rem }
.grid th { font-weight: 600; padding: 0 } .grid td { padding: 0; min-width: 0; font-variant-numeric: tabular-nums } .grid tbody th { overflow-wrap: anywhere } .grid > tbody > tr.missed { box-shadow: inset 4px 0 0 var(--bad) }
.grid .said { display: block; font-weight: 400; font-size: .92em; color: var(--quiet) } .grid .said .missed { color: var(--bad) }
.grid caption { display: block; text-align: left; padding: .6rem .8rem; color: var(--quiet) }
svg { display: block; overflow: visible } .bar { margin-top: .25rem } .days { margin-top: .1rem } .months text { fill: var(--quiet); font-size: 11px }
.day { fill-rule: evenodd } .proved, .verified, .within { fill: var(--good) } .disproved, .failed, .over { fill: var(--bad) } .none { fill: var(--quiet) } .track { fill: var(--track); opacity: .55 } .mark { fill: var(--ink) }
details.runs > summary { cursor: pointer; color: var(--quiet); font-size: .92em } details.runs table { border-collapse: collapse; margin: .3rem 0; font-size: .92em } details.runs th, details.runs td { padding: .1rem 1rem .1rem 0; text-align: left }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; list-style: none; margin: .6rem 0 0; padding: 0; color: var(--quiet) } .legend li { display: flex; gap: .45rem; align-items: center }
table.plain { border-collapse: collapse } table.plain th, table.plain td { text-align: left; padding: .3rem 1.5rem .3rem 0; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
a { color: var(--link) } :focus-visible { outline: 2px solid var(--focus); outline-offset: 1px }
@media (forced-colors: active) { .proved, .verified, .within { fill: CanvasText } .disproved, .failed, .over { fill: Mark } }
@media print { .scroll { overflow: visible; border: 0 } .grid > tbody > tr { content-visibility: visible } }
`;
