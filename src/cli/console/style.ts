/** The one style of the console: no colour says anything that words do not say, too. Contrasts are those of WCAG AA in light and in dark. */
export const style = `:root { color-scheme: light dark; --text: #1a1a1a; --soft: #4f4f4f; --back: #fff; --plane: #f2f4f6; --line: #8a8f94; --link: #0b4f9e; --bad: #a3001b; --good: #0b6134; --on: #fff }
@media (prefers-color-scheme: dark) { :root { --text: #ececec; --soft: #b9bdc1; --back: #17191b; --plane: #23272a; --line: #7d848a; --link: #8ec2ff; --bad: #ff9aa2; --good: #7fdcab; --on: #101214 } }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding: .6rem 1rem; border-bottom: 1px solid var(--line); background: var(--plane) }
header p { margin: 0 } .brand { font-weight: 700 } .brand span, .who, .small, .level, dt, time { color: var(--soft) } .brand span { font-weight: 400 }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem } nav a { display: inline-block; padding: .5rem 0; min-height: 2.75rem } nav a[aria-current] { color: var(--text); font-weight: 700; text-decoration: none; border-bottom: 3px solid var(--link) }
main { max-width: 62rem; margin: 0 auto; padding: 1rem }
footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem 1rem; color: var(--soft); font-size: .9rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem }
a { color: var(--link) } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: .5rem; padding: .5rem; background: var(--back) }
ul, ol { padding-left: 1.2rem; margin: 0 } .cards, .history { list-style: none; padding: 0 }
.cards li { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 .6rem } .cards a { font-weight: 600; font-size: 1.05rem } .cards p { margin: .2rem 0 0 } .small { font-size: .9rem }
.history li { display: grid; grid-template-columns: 12rem 1fr auto; gap: 0 1rem; padding: .4rem 0; border-bottom: 1px solid var(--line) }
.state { font-size: 1.15rem; margin: .25rem 0 } strong.tag, .state strong { color: var(--bad) } .clocks .over { color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 1rem 0 } dd { margin: 0; min-width: 0 }
pre { background: var(--plane); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem }
form { border: 2px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0 } label { display: block; font-weight: 600; margin-bottom: .4rem }
textarea { width: 100%; font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: .3rem; padding: .5rem }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: .75rem } button { font: inherit; font-weight: 600; min-height: 2.75rem; min-width: 7rem; padding: .4rem 1.2rem; border-radius: .3rem; border: 2px solid var(--good); background: var(--good); color: var(--on); cursor: pointer }
button.deny { border-color: var(--bad); background: var(--back); color: var(--bad) }
.message { border-left: .4rem solid; padding: .5rem 1rem; background: var(--plane); margin: 1rem 0 } .good { border-color: var(--good) } .bad { border-color: var(--bad) }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line) }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } .history li { grid-template-columns: 1fr } .buttons button { flex: 1 1 100% } thead { position: absolute; left: -99rem } tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line) } td { display: block; border: 0; padding: 0 } }
`;
