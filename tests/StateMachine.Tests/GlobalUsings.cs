global using KvStore.Protocol;
