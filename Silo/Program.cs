return await KvStore.Silo.SiloProgram.RunAsync(args);
