export class Shelf {
  private calls = 0;

  constructor(private readonly mode: string) {}

  summary(): { mode: string; calls: number } {
    this.calls += 1;
    return { mode: this.mode, calls: this.calls };
  }
}
