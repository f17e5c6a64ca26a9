import type { Rule } from 'eslint';

export const oneSession: Rule.RuleModule;
