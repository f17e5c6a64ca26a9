import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { oneOpen } from './test/tools/oneOpen.mjs';
import { oneSession } from './test/tools/oneSession.mjs';

/** What tells people, and what shows it. */
const hosts = ['**/words/**', '**/cli', '**/cli/**', '**/commands/**', '**/tree/**', '**/ui/**'];

/** Texts reach people through a few files that show them as text; everything else goes through these. */
const shownElsewhere = [
  {
    selector:
      'MemberExpression[object.name="process"][property.name=/^(stdout|stderr)$/]:not(MemberExpression[property.name="isTTY"] > *)',
    message: 'Terminal (src/cli/terminal.ts) writes for people, the Log of a job into its log.',
  },
];

const said =
  '/^(show(Information|Warning|Error)Message|show(QuickPick|InputBox)|create(QuickPick|InputBox|StatusBarItem)|withProgress|setStatusBarMessage|MarkdownString)$/';
const saidElsewhere = [
  ...['vscode', 'window'].flatMap((object) => [
    { selector: `MemberExpression[object.name="${object}"][property.name=${said}]` },
    { selector: `MemberExpression[object.property.name="${object}"][property.name=${said}]` },
    { selector: `VariableDeclarator[init.property.name="${object}"] Property[key.name=${said}]` },
    { selector: `VariableDeclarator[init.name="${object}"] Property[key.name=${said}]` },
  ]),
  { selector: `ImportSpecifier[imported.name=${said}][parent.source.value="vscode"]` },
].map((rule) => ({ ...rule, message: 'src/ui/shown.ts says it, so that whatever is said is text.' }));

/** The core has codes and facts; what people read of them is in src/words. */
const sentences = [
  { selector: String.raw`Literal[value=/^[A-Z][^ ]*( [^ ]+){2,}[.!?]$/]` },
  { selector: String.raw`TemplateElement[tail=true][value.raw=/[a-z]+ [a-z]+[.!?]$/]` },
  { selector: 'NewExpression[callee.name="AppError"][arguments.0.value="usage"] Property[key.name="message"]' },
].map((rule) => ({ ...rule, message: 'The core tells codes and facts: the sentence belongs into src/words.' }));

/** Nor a part of one: why something is as it is goes by a code, its facts beside it. */
const phrase = String.raw`[value=/[a-z]{2,} [a-z]{2,}/]`;
const phraseIn = String.raw`TemplateLiteral > TemplateElement[value.raw=/[a-z]{2,} [a-z]{2,}/]`;
const phrases = [
  'Property[key.name=/^(reason|text|says|why|what)$/] >',
  'VariableDeclarator[id.name=/^(reason|text|says|why)$/] >',
  'CallExpression[callee.name=/^(known|damaged|damage|wrong|invalid|problem)$/] >',
  'CallExpression[callee.property.name=/^(#?refuse|#?fail)$/] >',
  'CallExpression[callee.object.property.name=/^(removed|remaining|claims|spared|forgotten|notReached|waiting|unknown)$/] >',
  // the data of errors and findings, but of a fault of our own, which no person is to see
  'NewExpression[callee.name="AppError"]:not([arguments.0.value="internal"]) Property >',
  'NewExpression[callee.name="AppError"]:not([arguments.0.value="internal"]) LogicalExpression >',
  'CallExpression[callee.name=/^(block|warn|note|strange|unreadable|own)$/] Property >',
  'CallExpression[callee.name=/^(strange|own)$/] >',
]
  .flatMap((within) => [{ selector: `${within} Literal${phrase}` }, { selector: `${within} ${phraseIn}` }])
  .map((rule) => ({ ...rule, message: 'The core tells codes and facts: the phrase belongs into src/words.' }));

/** What one does next differs by host: a command or an option of the command line stands in its hints, not in the words for all. */
const ofTheCommandLine = [
  { selector: String.raw`Literal[value=/db-ferry [a-z]|(^|[\s(\x60])--[a-z]/]` },
  { selector: String.raw`TemplateElement[value.raw=/db-ferry [a-z]|(^|[\s(\x60])--[a-z]/]` },
].map((rule) => ({ ...rule, message: 'Words are for every host: what is typed in a terminal is told by Hints.' }));

/** What people read is a message (src/words/language.ts), so that it can be told in another language. */
const messages = [
  {
    // names of facts, and nouns, which `some` makes messages of
    selector: String.raw`:not(BinaryExpression, Property, CallExpression[callee.name="some"]) > Literal[value=/[A-Za-z]{2,} [a-z]{2,}/]`,
  },
  { selector: String.raw`Property > Literal.value[value=/[A-Za-z]{2,} [a-z]{2,}/]` },
  {
    selector: String.raw`:not(TaggedTemplateExpression) > TemplateLiteral > TemplateElement[value.raw=/[a-z]{2,} [a-z]{2,}/]`,
  },
].map((rule) => ({ ...rule, message: 'What people read has the tag t of src/words/language.ts.' }));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '**/*.mjs', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/require-await': 'off',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  { files: ['src/core/**/*.ts'], rules: { 'no-restricted-imports': ['error', { patterns: ['vscode', ...hosts] }] } },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/core/postgres/tools/access.ts',
      'src/core/pod/server/probeScript.ts',
      'src/words/**',
      'src/report/**',
      'src/ui/inspector/webview/**',
    ],
    plugins: { sessions: { rules: { one: oneSession } } },
    rules: { 'sessions/one': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/core/base/safeFile.ts',
      // what the user named, the system's own, and what this process writes at the moment
      'src/core/cluster/kubeconfig.ts',
      'src/core/job/run/processIdentity.ts',
      'src/core/state/gitIndex.ts',
      'src/core/backup/growingFile.ts',
      'src/model/devSpaces.ts',
    ],
    plugins: { files: { rules: { one: oneOpen } } },
    rules: { 'files/one': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/core/base/json.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'JSON',
          property: 'parse',
          message:
            'What comes from elsewhere is parsed in src/core/base/json.ts, with a form, and quotes nothing of it.',
        },
      ],
    },
  },
  {
    files: ['src/words/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['vscode', ...hosts, 'node:*'],
              message: 'Words are pure, and the same for every host: what differs is in Hints.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { regexp },
    rules: { 'regexp/no-super-linear-backtracking': 'error', 'regexp/no-super-linear-move': 'error' },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...shownElsewhere, ...saidElsewhere] } },
  {
    files: ['src/core/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...shownElsewhere, ...saidElsewhere, ...sentences, ...phrases] },
  },
  {
    files: ['src/words/**/*.ts', 'src/report/jobReport.ts'],
    // a page to be printed, for who has nothing but a terminal then
    ignores: ['src/words/recoveryKit.ts'],
    rules: { 'no-restricted-syntax': ['error', ...shownElsewhere, ...saidElsewhere, ...ofTheCommandLine, ...messages] },
  },
  {
    files: ['src/ui/**/*.ts', 'src/tree/**/*.ts', 'src/commands/**/*.ts'],
    // pages, and a list whose classes read like words
    ignores: ['src/ui/inspector/webview/rowList.ts', 'src/ui/inspector/archivePage.ts', 'src/ui/shown.ts'],
    rules: { 'no-restricted-syntax': ['error', ...shownElsewhere, ...saidElsewhere, ...messages] },
  },
  // what is typed into a pod as a program of its own has nobody else to say it
  {
    files: ['src/core/job/runner/kubernetes/bundle.ts'],
    rules: { 'no-restricted-syntax': ['error', ...shownElsewhere, ...saidElsewhere] },
  },
  // the one gives the streams to the terminal, the other makes each line of its log a text
  { files: ['src/cli.ts', 'src/core/job/run/runJob.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['shown', 'ask/pick', 'ask/confirmName', 'notify/statusBar', 'tooltip'].map((name) => `src/ui/${name}.ts`),
    rules: { 'no-restricted-syntax': ['error', ...shownElsewhere, ...messages] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      'no-console': 'off',
    },
  },
);
