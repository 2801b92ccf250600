return await KvStore.Api.ApiHost.RunAsync(args);
