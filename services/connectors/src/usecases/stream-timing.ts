/** How the periodic streams are paced: 1 is each provider's own interval, less is more often (the demo). */
export class StreamTiming {
  constructor(readonly factor: number) {}
}
