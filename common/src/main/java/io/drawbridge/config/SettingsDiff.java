package io.drawbridge.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Which keys differ between two settings; says nothing of their values, which may be secrets. */
public final class SettingsDiff {
  private SettingsDiff() {}

  /** The dotted paths, in the order of the file. A list counts as one value. */
  public static List<String> paths(Settings before, Settings after) {
    List<String> paths = new ArrayList<>();
    collect("", before, after, paths);
    return paths;
  }

  /** A section is a record whose fields have the names of its keys. */
  private static void collect(String prefix, Record before, Record after, List<String> paths) {
    for (RecordComponent field : before.getClass().getRecordComponents()) {
      Object was = value(field, before);
      Object is = value(field, after);
      String path = prefix + field.getName();
      if (was instanceof Record section && is instanceof Record now && isSection(section)) {
        collect(path + '.', section, now, paths);
      } else if (!Objects.equals(was, is)) {
        paths.add(path);
      }
    }
  }

  private static boolean isSection(Record value) {
    return value.getClass().getSimpleName().endsWith("Settings");
  }

  private static Object value(RecordComponent field, Record section) {
    try {
      return field.getAccessor().invoke(section);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("settings are public records", e);
    }
  }
}
