-- What the styles cannot say: particles stay with their family names, and where a text says "@roy1999 found" in a style with
-- numbers, the name is printed before the number.

local people = { "author", "editor" }

local function kept_together(person)
  if person["dropping-particle"] and not person["non-dropping-particle"] then
    person["non-dropping-particle"] = person["dropping-particle"]
    person["dropping-particle"] = nil
  end
end

local function family(person)
  local name = person.family or person.literal or person.given or ""
  local particle = person["non-dropping-particle"]
  return particle and (particle .. " " .. name) or name
end

local function named(reference)
  local listed = reference.author or reference.editor or {}
  if #listed == 0 then
    return nil
  elseif #listed == 1 then
    return family(listed[1])
  elseif #listed == 2 then
    return family(listed[1]) .. " and " .. family(listed[2])
  end
  return family(listed[1]) .. " et al."
end

local function words(text)
  local found = pandoc.Inlines({})
  for word in text:gmatch("%S+") do
    if #found > 0 then
      found:insert(pandoc.Space())
    end
    found:insert(pandoc.Str(word))
  end
  return found
end

local function name_before_number(by_id)
  return function(cite)
    local first = cite.citations[1]
    local name = first and first.mode == "AuthorInText" and by_id[first.id] and named(by_id[first.id])
    if not name then
      return nil
    end
    for _, citation in ipairs(cite.citations) do
      citation.mode = "NormalCitation"
    end
    local found = words(name)
    found:insert(pandoc.Space())
    found:insert(cite)
    return found
  end
end

function Pandoc(doc)
  local references = pandoc.utils.references(doc)
  local by_id = {}
  for _, reference in ipairs(references) do
    for _, role in ipairs(people) do
      for _, person in ipairs(reference[role] or {}) do
        kept_together(person)
      end
    end
    by_id[reference.id] = reference
  end
  doc.meta.references = references
  doc.meta.bibliography = nil
  doc.meta["citation-abbreviations"] = nil -- a file of the header's choice
  if doc.meta["names-before-numbers"] then
    doc = doc:walk({ Cite = name_before_number(by_id) })
  end
  return doc
end
