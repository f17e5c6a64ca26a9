import type * as vscode from 'vscode';

/** Digests of what was asked for in this editor by this user, newest last: kept where only the editor writes. */
export class AskedHere {
  constructor(private readonly kept: vscode.Memento) {}

  has(digest: string): boolean {
    return this.#all().includes(digest);
  }

  async add(digest: string): Promise<void> {
    await this.kept.update(key, [...this.#all().filter((one) => one !== digest), digest].slice(-most));
  }

  #all(): readonly string[] {
    const kept = this.kept.get<unknown>(key);
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  }
}

const key = 'askedHere';
const most = 500;
