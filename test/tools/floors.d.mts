import type { IForbiddenRuleType } from 'dependency-cruiser';

export const floors: readonly (readonly string[])[];
export const exceptions: readonly { readonly from: string; readonly to: string; readonly why: string }[];
export function roomOf(file: string): string | undefined;
export function rules(): IForbiddenRuleType[];
