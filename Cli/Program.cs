return await KvStore.Cli.KvCommand.RunAsync(args, KvStore.Cli.Terminal.OfProcess());
