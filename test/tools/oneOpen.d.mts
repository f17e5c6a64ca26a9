import type { Rule } from 'eslint';

export const oneOpen: Rule.RuleModule;
